// surety asset templates: from the templates' own schemas.
import { TEMPLATES } from '#contracts/assets/registry.ts'
import type { Handler } from '../../handler.ts'

export const showTemplates: Handler = async ({ output }) => {
  const templates = TEMPLATES.map(({ name, version, summary, parameters, calls }) => ({
    name,
    version,
    summary,
    parameters,
    calls
  }))
  output.result('surety.asset.templates/1', { templates }, () =>
    templates.flatMap(template => [
      `${template.name} (version ${template.version}): ${template.summary}`,
      ...template.parameters.map(field => `  ${field.name.padEnd(12)} ${field.kind.padEnd(7)} ${field.summary}`),
      '  calls:',
      ...template.calls.map(
        call => `  ${call.name.padEnd(14)} ${call.summary}: ${call.fields.map(field => field.name).join(', ')}`
      )
    ])
  )
}
