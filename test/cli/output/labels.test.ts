import { targetLabel } from '../../../cli/output/labels'

test.each([
  [{ Target: 'i-1' }, 'i-1'],
  [{}, undefined],
  [{ Target: 'i-1', TargetName: 'web' }, 'web'],
  [{ Target: 'i-1', TargetName: 'i-2' }, '"i-2"'],
  [{ Target: 'i-1', TargetName: ' MI-2' }, '" MI-2"'],
  [{ Target: 'i-1', TargetName: '\u202ei-2' }, '"\u202ei-2"'],
  [{ Target: 'i-1', TargetName: 'ecs:prod' }, '"ecs:prod"'],
  [{ Target: 'i-1', TargetName: '"i-2"' }, '"\\"i-2\\""'],
])('the target of %j is shown as %s', (record, shown) => {
  expect(targetLabel(record)).toBe(shown)
})
