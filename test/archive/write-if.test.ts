import { PutCommand } from '@aws-sdk/lib-dynamodb'
import { writeIf } from '../../archive/write-if'
import { useStage } from '../support/stage'

const stage = useStage()
const put = () => {
  const ConditionExpression = 'attribute_not_exists(SessionId)'
  const input = { TableName: stage.database.sessionsTable, Item: { SessionId: 's' }, ConditionExpression }
  return writeIf(stage.client.send(new PutCommand(input)))
}

test('a write whose condition holds is written, and one whose condition fails is refused', async () => {
  expect([await put(), await put()]).toEqual(['written', 'refused'])
})

test('a write that only the second try brings to the database is written', async () => {
  stage.breakFirst('PutItem', 'reset-before')
  expect(await put()).toBe('written')
})

test.each(['reset-after', 'reset-before'] as const)(
  'a write refused at the second try is unsure, whatever became of the first: %s',
  async (fault) => {
    if (fault === 'reset-before') await put()
    stage.breakFirst('PutItem', fault)
    expect(await put()).toBe('unsure')
  },
)

test('a write that fails for another reason throws', async () => {
  stage.proxy.fault = () => 'error'
  await expect(put()).rejects.toThrow('Internal server error')
})
