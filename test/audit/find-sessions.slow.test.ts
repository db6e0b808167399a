import { askRandomArchives } from './random-archive'

test('of 200 random archives, 800 random questions are answered completely, in either order', async () => {
  expect(await askRandomArchives(200)).toBeGreaterThan(1000)
}, 900_000)
