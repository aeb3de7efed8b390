// A file of words is read as people make it: by hand, or from what `surety wallet phrase` printed.
import { describe, expect, it } from 'vitest'
import { phraseIn } from '#cli/commands/wallet/keys.ts'

describe('a file of words', () => {
  it('is read without the numbers and columns that wallet phrase prints', () => {
    expect(phraseIn(' 1 merry      2 pepper     3 clap\n 4 tumble     5 car\n')).toBe('merry pepper clap tumble car')
  })

  it('is read as it is when it has words alone', () => {
    expect(phraseIn('merry pepper\nclap\n')).toBe('merry pepper clap')
  })

  it('keeps a word with a digit in it, for the checksum to refuse', () => {
    expect(phraseIn('merry pepp3r clap')).toBe('merry pepp3r clap')
  })
})
