import { HOME, SHOP, useOrganization } from '../support/organization-stage'

const stage = useOrganization()

test('a source that hangs does not cost the round its receipt', async () => {
  const endpoint = stage.organization.sourceFaults(SHOP, 'us-east-1')
  endpoint.latencyMs = 200_000
  const end = Date.now() + 62_000
  const { receipt } = await stage.round({ remainingMs: () => end - Date.now() })
  expect(Date.now()).toBeLessThan(end)
  expect(receipt).toMatchObject({ Left: 1, Outcomes: { complete: 5 } })
  expect(await stage.outcomes(`${HOME.accountId}/us-east-1`)).toEqual(['complete'])
})
