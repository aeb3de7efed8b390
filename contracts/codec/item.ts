// What stands between bytes and values: the shapes of CBOR that this protocol uses [ENC-1]. Codecs made elsewhere
// work on these, and so does the long way round in codec.ts.

export type CborItem = number | bigint | boolean | string | null | Uint8Array | readonly CborItem[]
