// peer: the nodes that carry the chain's weight.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addPeerCommands(program: Command, run: Runner): void {
  const peer = program.command('peer').description('Nodes that carry the weight of the chain')
  peer
    .command('list')
    .description('Registered peers and their weight in this period')
    .action(run(async () => (await import('./peer.ts')).listPeers))
  peer
    .command('register')
    .requiredOption('--node <folder>', "the node's folder: its key signs as well")
    .option('--bond <shares>', 'collateral; default the least')
    .option('--rewards <key>', 'who earns; default this wallet')
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
    .description('Make a node a peer, its bond paid by --account')
    .action(run(async () => (await import('./peer.ts')).registerPeer))
  peer
    .command('retire')
    .argument('<peer>')
    .option('--wait <step>', 'likely or final', 'final')
    .option('--fee <target>', 'low, normal or high', 'low')
    .description('Take a peer out; its rewards key signs')
    .action(run(async () => (await import('./peer.ts')).retirePeer))
}
