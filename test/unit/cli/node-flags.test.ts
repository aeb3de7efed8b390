import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { NODE_FLAGS } from '#cli/node/node-flags.ts'

const said = NODE_FLAGS.join(' ')

describe('the flags of a node', () => {
  it('are taken by this Node', () => {
    for (const flag of NODE_FLAGS) expect(process.allowedNodeEnvironmentFlags.has(flag.replace(/=.*/, ''))).toBe(true)
  })

  it.each([
    ['package.json', `"node ${said} cli/main.ts"`],
    ['docs/service/surety-node.service', `/node ${said} cli/main.ts node start`],
    ['docs/service/Containerfile', `"node", ${NODE_FLAGS.map(flag => `"${flag}"`).join(', ')}, "cli/main.ts"`]
  ])('are those of %s', (file, line) => {
    expect(readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8')).toContain(line)
  })
})
