// doctor: whether this machine is fit for a node, and what to mend.
import type { Command } from 'commander'
import type { Runner } from '../../handler.ts'

export function addDoctorCommand(program: Command, run: Runner): void {
  program
    .command('doctor')
    .option('--data <folder>', "the node's folder; default: SURETY_NODE_DATA, else one per user")
    .description('Look at versions, folders, ports, clock, disk and node; exits 8 if something has to be mended')
    .action(run(async () => (await import('./doctor.ts')).examine))
}
