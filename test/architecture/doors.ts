// Who may import whom: floors, doors, the order of folders in contracts, pure folders. One import in, one reason out.
// Called by rules.ts.
import { posix } from 'node:path'

export const CONTRACT_FOLDERS = [
  'primitives',
  'codec',
  'crypto',
  'merkle',
  'names',
  'ledger',
  'assets',
  'committees',
  'statements',
  'bonds',
  'claims'
] as const

const PURE_FOLDERS = [
  'contracts',
  'base-layer/state',
  'base-layer/consensus',
  'base-layer/light',
  'asset-layer/consensus',
  'asset-layer/execution',
  'asset-layer/checkpoints',
  'asset-layer/committees'
]
const PURE_PACKAGES = /^(@noble\/|@scure\/|cborg$|cborg\/|zod$|zod\/)/

/** What each floor may import from other floors. */
const DOORS: Readonly<Record<string, readonly RegExp[]>> = {
  contracts: [],
  'base-layer': [/^contracts\//],
  'asset-layer': [/^contracts\//, /^base-layer\/index\.ts$/, /^base-layer\/runtime\//],
  cli: [/^contracts\//, /^(base|asset)-layer\/index\.ts$/, /^base-layer\/(runtime|wallet|light)\//],
  test: [/./]
}

export function isPure(path: string): boolean {
  return PURE_FOLDERS.some(folder => path.startsWith(`${folder}/`))
}

/** The file of this tree that a specifier names, or undefined for a package or a Node module. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('#')) return specifier.slice(1)
  if (specifier.startsWith('.')) return posix.join(posix.dirname(from), specifier)
  return undefined
}

/** Why this import is not allowed, or undefined if it is. */
export function faultOfImport(from: string, specifier: string): string | undefined {
  const floor = floorOf(from)
  const target = resolveImport(from, specifier)
  if (target === undefined) {
    const impure = isPure(from) && !PURE_PACKAGES.test(specifier)
    return impure ? `a pure folder imports the package ${specifier}` : undefined
  }
  if (!target.endsWith('.ts') && !target.endsWith('.tsx')) return `${specifier} has no .ts extension`
  const targetFloor = floorOf(target)
  if (targetFloor === undefined) return `${specifier} leaves the tree`
  if (targetFloor !== floor) {
    if (specifier.startsWith('.')) return `${specifier} climbs to another floor; write #${target}`
    if (targetFloor === 'test') return 'only tests import test/'
    if (!(DOORS[floor ?? ''] ?? []).some(door => door.test(target)))
      return `${floor} may not import ${target}: past a door`
  }
  if (isPure(from) && !isPure(target)) return `a pure folder imports ${target}, which is not pure`
  return floor === 'contracts' ? faultOfOrder(from, target) : undefined
}

function floorOf(path: string): string | undefined {
  const first = path.split('/')[0] ?? ''
  return first in DOORS ? first : undefined
}

function faultOfOrder(from: string, target: string): string | undefined {
  const place = (path: string): number => CONTRACT_FOLDERS.findIndex(folder => path.startsWith(`contracts/${folder}/`))
  if (place(from) < 0) return 'contracts has no such folder'
  return place(target) <= place(from) ? undefined : `${target} is listed after the folder that imports it`
}
