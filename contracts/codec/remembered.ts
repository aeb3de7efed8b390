// Codecs of values that are decoded once and encoded often, as transactions are: for their id, a block, a file [ENC-1].
import { type Codec, readFrom, writeTo } from './codec.ts'

/**
 * The same codec, but what is decoded remembers its bytes, so that encoding it again
 * gives them at once: a decoded value is never changed, and a changed copy is another
 * object. The memory is shared by all that was decoded together.
 */
export function remembered<T extends object>(inner: Codec<T>): Codec<T> {
  const known = new WeakMap<T, { readonly bytes: Uint8Array; readonly items: number }>()
  return {
    pack: inner.pack,
    unpack: inner.unpack,
    read: reader => {
      const { at, items } = reader
      const value = readFrom(reader, inner)
      known.set(value, { bytes: reader.since(at), items: reader.items - items })
      return value
    },
    write: (writer, value) => {
      const found = known.get(value)
      if (found === undefined) writeTo(writer, inner, value)
      else writer.encoded(found.bytes, found.items)
    }
  }
}
