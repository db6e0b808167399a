import { DeleteQueueCommand } from '@aws-sdk/client-sqs'
import { METRICS } from '../../archive/names'
import { Clock } from '../../emulator/clock'
import { Organization } from '../../emulator/organization'
import { openDeployment } from '../support/deployment'
import { metricsOf } from '../support/invoke'
import { DEPLOYMENT, synthesise } from '../support/template'

test('a round whose queue takes nothing sweeps what it can itself, and fails, so that it rings', async () => {
  const organizationId = 'o-exampleorgid'
  const organization = new Organization({ clock: Clock.frozenAt(new Date()), organizationId })
  // With the own account, 306 sources: more than a round sweeps itself.
  const regions = Object.fromEntries(
    ['us-east-1', ...Array.from({ length: 17 }, (_, n) => `eu-test-${n + 1}`)].map((name) => [
      name,
      'ENABLED' as const,
    ]),
  )
  organization.account(DEPLOYMENT['AWS::AccountId']).regions = regions
  for (let n = 0; n < 16; n++) organization.add({ id: String(222200000000 + n), regions })
  const deployment = await openDeployment({ template: synthesise({ organizationId }), organization })
  const { queue } = deployment
  await queue?.client.send(new DeleteQueueCommand({ QueueUrl: queue.queueUrl }))
  const { error, log } = await deployment.invoke()
  expect(error?.message).toBe('the queue did not take 106 sources: the next round has them')
  expect(metricsOf({ log })[0]).toMatchObject({ [METRICS.sweepsCompleted]: 306 })
})
