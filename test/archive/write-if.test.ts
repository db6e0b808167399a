import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { writeIf } from '../../archive/write-if'
import type { DatabaseFault } from '../support/database-proxy'
import { useStage } from '../support/stage'

const stage = useStage()
const put = () =>
  writeIf(
    stage.client.send(
      new PutCommand({
        TableName: stage.database.sessionsTable,
        Item: { SessionId: 's' },
        ConditionExpression: 'attribute_not_exists(SessionId)',
      }),
    ),
  )
const breakFirst = (fault: DatabaseFault) => {
  let calls = 0
  stage.proxy.fault = () => (calls++ === 0 ? fault : undefined)
}

test('a write whose condition holds is written, and one whose condition fails is refused', async () => {
  expect(await put()).toBe('written')
  expect(await put()).toBe('refused')
})

test('a write that only the second try brings to the database is written', async () => {
  breakFirst('reset-before')
  expect(await put()).toBe('written')
})

test.each(['reset-after', 'reset-before'] as const)(
  'a write refused at the second try is unsure, whatever became of the first: %s',
  async (fault) => {
    if (fault === 'reset-before') await put()
    breakFirst(fault)
    expect(await put()).toBe('unsure')
  },
)

test('a write that fails for another reason throws', async () => {
  stage.proxy.fault = () => 'error'
  await expect(put()).rejects.toThrow('Internal server error')
})
