import { generateKeyPairSync, sign } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** A call, as CloudTrail writes it down. */
export interface KmsCall {
  readonly operation: string
  readonly keyId: string
  /** In CloudTrail in plain text. */
  readonly encryptionContext?: Readonly<Record<string, string>>
}

export interface Kms {
  readonly url: string
  readonly calls: KmsCall[]
  /** The name of an error that answers the call. Asked at each call. */
  fault: (operation: string) => string | undefined
  close(): Promise<void>
}

/** Serves one Ed25519 key, whatever its id, and the calls of KMS that the evidence log needs. */
export async function startKms(): Promise<Kms> {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const kms = { url: '', calls: [] as KmsCall[], fault: (() => undefined) as Kms['fault'] }

  const respond = async (request: IncomingMessage, response: ServerResponse) => {
    const operation = String(request.headers['x-amz-target']).replace('TrentService.', '')
    const { KeyId, Message, MessageType, SigningAlgorithm, EncryptionContext } = JSON.parse(
      await text(request),
    )
    kms.calls.push({
      operation,
      keyId: KeyId,
      ...(EncryptionContext && { encryptionContext: EncryptionContext }),
    })
    const fault = kms.fault(operation)
    if (fault !== undefined) return answer(response, 400, { __type: fault, message: fault })
    if (operation === 'GetPublicKey') {
      const PublicKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
      return answer(response, 200, {
        KeyId,
        PublicKey,
        KeySpec: 'ECC_NIST_EDWARDS25519',
        KeyUsage: 'SIGN_VERIFY',
      })
    }
    if (operation === 'Sign') {
      const bytes = Buffer.from(String(Message), 'base64')
      if (SigningAlgorithm !== 'ED25519_SHA_512' || MessageType !== 'RAW' || bytes.length > 4096)
        return answer(response, 400, {
          __type: 'ValidationException',
          message: 'expected RAW and ED25519_SHA_512',
        })
      const Signature = sign(undefined, bytes, privateKey).toString('base64')
      return answer(response, 200, { KeyId, Signature, SigningAlgorithm })
    }
    if (operation === 'GenerateDataKeyWithoutPlaintext')
      return answer(response, 200, { KeyId, CiphertextBlob: Buffer.alloc(184).toString('base64') })
    answer(response, 400, { __type: 'UnknownOperationException' })
  }
  const server = createServer((request, response) => void respond(request, response))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return Object.assign(kms, {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    close: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  })
}

function answer(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.1' })
  response.end(JSON.stringify(body))
}
