// SQS in a process of its own, until standard input ends: node queue-engine.mjs. It prints its endpoint.
import { buildApp } from 'fauxqs'

const store = async (file, name) => {
  const stores = await import(new URL(file, import.meta.resolve('fauxqs')))
  return new stores[name]()
}
const sqsStore = await store('sqs/sqsStore.js', 'SqsStore')
// The engine would name its queues `http://sqs.us-east-1.localhost:…`, which not every machine can resolve.
sqsStore.host = ''
const snsStore = await store('sns/snsStore.js', 'SnsStore')
const s3Store = await store('s3/s3Store.js', 'S3Store')
const app = buildApp({ logger: false, stores: { sqsStore, snsStore, s3Store } })
console.log(await app.listen({ port: 0, host: '127.0.0.1' }))
process.stdin.resume().on('end', () => process.exit())
