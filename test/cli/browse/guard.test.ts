import { admit } from '../../../cli/browse/guard'

const admitted = (host: string, port: number) => admit({ url: '/abc/', headers: { host } }, 'abc', port)

test('a browser leaves out the port of HTTP, 80, and no other', () => {
  for (const name of ['127.0.0.1', 'localhost']) {
    expect(admitted(name, 80)).toMatchObject({ path: '' })
    expect(admitted(name, 8080)).toBeUndefined()
    expect(admitted(`${name}:8080`, 8080)).toMatchObject({ path: '' })
  }
  expect(admitted('evil.example', 80)).toBeUndefined()
})
