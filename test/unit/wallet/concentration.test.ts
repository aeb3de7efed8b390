import { expect, test } from 'vitest'
import { concentrationOf } from '#base-layer/wallet/concentration.ts'

const even = (count: number) => Array.from({ length: count }, () => 10n)

test('POS-10: twelve peers are too few, and so are six that hold half', () => {
  expect(concentrationOf(even(12))).toEqual({ peers: 12, half: 6, isThin: true })
  expect(concentrationOf(even(13))).toEqual({ peers: 13, half: 7, isThin: false })
  expect(concentrationOf([...even(20), 150n])).toEqual({ peers: 21, half: 4, isThin: true })
  expect(concentrationOf([])).toEqual({ peers: 0, half: 0, isThin: true })
})
