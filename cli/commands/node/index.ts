// node: make one, run it, ask it where it stands, keep its files in order.
import { type Command, Option } from 'commander'
import type { Runner } from '../../handler.ts'

const DATA = ['--data <folder>', "the node's folder; default: SURETY_NODE_DATA, else one per user"] as const

export function addNodeCommands(program: Command, run: Runner): void {
  const node = program.command('node').description('Run a node, or ask one how it is')
  withSettings(node.command('init').description("Make a new node's folder: keys, settings, the network of --genesis"))
    .option('--owner <key>', 'whose coin stands behind it: a key or a wallet here; default: a new wallet; or none')
    .option('--rewards <key>', 'where its fees go, likewise')
    .action(run(async () => (await import('./init.ts')).initNode))
  withSettings(node.command('start').description('Run the node of a folder until stopped'))
    .option('--supervised', 'stop when standard input ends')
    .option(
      '--trusted-head <height:id>',
      'a recent final block you were told of: an empty folder begins with its state'
    )
    .action(run(async () => (await import('./start.ts')).startNode))
  node
    .command('status')
    .description('Sync, reachability, peers, assets served and watched, claims')
    .action(run(async () => (await import('./status.ts')).showNodeStatus))
  node
    .command('backup')
    .description('Copy the chain of a node, running or not, and check the copy')
    .option(...DATA)
    .option('--to <folder>', "where copies are kept; default: backups in the node's folder")
    .action(run(async () => (await import('./upkeep.ts')).backUpNode))
  node
    .command('check')
    .argument('[file]', "default: the node's chain.db")
    .description('Check every page and block of a chain, and its state root; exits 8 if it is damaged')
    .option(...DATA)
    .action(run(async () => (await import('./upkeep.ts')).checkNode))
  node
    .command('restore')
    .argument('<file>')
    .description('Put a copy in the place of the chain of a stopped node')
    .option(...DATA)
    .action(run(async () => (await import('./upkeep.ts')).restoreNode))
  addRecoveryCommands(node, run)
}

function addRecoveryCommands(node: Command, run: Runner): void {
  const recovery = node.command('recovery').description('Files to go on by when a third of the weight never returns')
  recovery
    .command('new')
    .argument('<file>')
    .requiredOption('--without <keys>', 'peers that are gone, with commas between')
    .description('Draft a file: the present table without those who are gone')
    .action(run(async () => (await import('./recovery.ts')).newRecovery))
  recovery
    .command('check')
    .argument('<file>')
    .description('What a file says, who signed it, and whether that is enough')
    .action(run(async () => (await import('./recovery.ts')).checkRecovery))
  recovery
    .command('sign')
    .argument('<file>')
    .description('Sign a file with the hosted coin of --account')
    .action(run(async () => (await import('./recovery.ts')).signRecoveryFile))
  recovery
    .command('post')
    .argument('<file>')
    .option('--wait <step>', 'likely or final', 'likely')
    .option('--fee <target>', 'low, normal or high', 'low')
    .description('Hand a signed file to the chain, paid by --account')
    .action(run(async () => (await import('./recovery.ts')).postRecovery))
}

/** Settings that are often said for one start; the others are in surety.toml and SURETY_NODE_*. */
function withSettings(command: Command): Command {
  return command
    .option(...DATA)
    .option('--name <name>', 'for its log')
    .option('--listen <addresses>', 'multiaddrs to listen on, with commas between')
    .option('--announce <addresses>', 'multiaddrs that others reach it at')
    .option('--bootstrap <addresses>', 'peers to begin with')
    .option('--rpc-port <port>', 'port of the RPC on 127.0.0.1')
    .addOption(new Option('--log-level <level>').choices(['error', 'warn', 'info', 'debug', 'silent']))
}
