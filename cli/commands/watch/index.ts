import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'
export function addWatchCommands(_program: Command, _run: Runner): void {}
