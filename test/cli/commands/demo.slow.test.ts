import { temporaryFolder } from '../../support/temporary-folder'
import { demo, expectStory } from './demo-story'

const folder = temporaryFolder()

test('the same seed makes the same month, and another seed another one', async () => {
  // begun at the same time, as office hours depend on it
  const [one, same, other] = await Promise.all(['1', '1', '4294967295'].map((seed) => demo(seed, folder())))
  if (other === undefined) throw new Error('expected three demos')
  expectStory(other)
  // rows whose times are milliseconds apart come in any order
  const withoutTimes = (story = '') =>
    story
      .replace(/\d{4}-\d\d-\d\d \S+|^What[\s\S]*/gm, '')
      .split('\n')
      .sort()
      .join('\n')
  expect(withoutTimes(same?.stdout)).toBe(withoutTimes(one?.stdout))
  expect(withoutTimes(other.stdout)).not.toBe(withoutTimes(one?.stdout))
})
