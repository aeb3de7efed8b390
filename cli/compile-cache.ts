// Where compiled code is kept between processes: asked by main.ts as it starts, and by whoever starts nodes.
import { join } from 'node:path'
import envPaths from 'env-paths'

/** The user's own folder: in the shared temporary one, Node's choice, others could leave code to be run. */
export const COMPILE_CACHE = join(envPaths('surety', { suffix: '' }).cache, 'compiled')
