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
  [{ Target: 'i-1', TargetName: '\u0456-0a1b2c3d4e5f67890' }, '"\u0456-0a1b2c3d4e5f67890"'],
  [{ Target: 'i-1', TargetName: 'm\u0456-0\u0430b1c2d3e4f5a6b7c' }, '"m\u0456-0\u0430b1c2d3e4f5a6b7c"'],
  [{ Target: 'i-1', TargetName: 'e\u0441s:prod' }, '"e\u0441s:prod"'],
  [{ Target: 'i-1', TargetName: '本番-web-01' }, '本番-web-01'],
  [{ Target: 'i-1', TargetName: 'köln-db:1' }, 'köln-db:1'],
])('the target of %j is shown as %s', (record, shown) => {
  expect(targetLabel(record)).toBe(shown)
})
