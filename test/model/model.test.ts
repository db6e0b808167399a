import { live } from './live'

test('no session is lost and no record is damaged in 8 random histories', () => live({ runs: 8, seed: 1 }))
