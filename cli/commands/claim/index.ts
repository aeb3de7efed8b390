import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'
export function addClaimCommands(_program: Command, _run: Runner): void {}
