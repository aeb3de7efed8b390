// surety config show: names, values and origins. There are no secrets among settings, so all of it can be shown.
import { SETTING_NAMES } from '../../config.ts'
import { unwrap } from '../../exit-codes.ts'
import type { Handler } from '../../handler.ts'
import { NODE_SETTING_NAMES, resolveNodeSettings } from '../../node/node-settings.ts'
import { table } from '../../output.ts'

interface Row {
  readonly name: string
  readonly value: unknown
  readonly origin: string
}

export const showConfig: Handler = async ({ output, settings }, _args, options) => {
  const { data, origin } = options
  const rows: Row[] = SETTING_NAMES.map(name => ({ name, ...settings[name] }))
  if (typeof data === 'string') {
    const node = unwrap(resolveNodeSettings({ folder: data, env: process.env }))
    for (const name of NODE_SETTING_NAMES) {
      rows.push({ name: `node.${name}`, value: node.settings[name], origin: node.origins[name] })
    }
  }
  const shown = rows.map(({ name, value, origin: from }) =>
    origin === true ? { name, value, origin: from } : { name, value }
  )
  output.result('surety.config/1', { settings: shown }, () =>
    table(
      ['setting', 'value', ...(origin === true ? ['from'] : [])],
      rows.map(({ name, value, origin: from }) => [
        name,
        typeof value === 'string' ? value : JSON.stringify(value),
        ...(origin === true ? [from] : [])
      ])
    )
  )
}
