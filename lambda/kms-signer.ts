import {
  GenerateDataKeyWithoutPlaintextCommand,
  GetPublicKeyCommand,
  type KMSClient,
  SignCommand,
} from '@aws-sdk/client-kms'
import type { Checkpoint } from '../evidence/checkpoint'
import { logKey, publicKeyOfDer } from '../evidence/note'
import type { Signer } from '../evidence/publish'

/** A signer whose private key never leaves KMS. @param name of the log */
export async function openKmsSigner(kms: KMSClient, KeyId: string, name: string): Promise<Signer> {
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId }))
  if (PublicKey === undefined) throw new Error(`key ${KeyId}: received no public key`)
  return {
    key: logKey(name, publicKeyOfDer(PublicKey)),
    sign: async (Message) => {
      const how = { MessageType: 'RAW', SigningAlgorithm: 'ED25519_SHA_512' } as const
      const { Signature } = await kms.send(new SignCommand({ KeyId, Message, ...how }))
      if (Signature === undefined) throw new Error(`key ${KeyId}: received no signature`)
      return Signature
    },
  }
}

/**
 * Has CloudTrail write a checkpoint into its own log, in plain text, whose digests AWS signs: it keeps the encryption
 * context of every call of KMS. The key that is generated is thrown away.
 */
export async function notarise(
  kms: KMSClient,
  KeyId: string,
  { origin, size, root }: Checkpoint,
): Promise<void> {
  const EncryptionContext = {
    'ssm-session-archive-origin': origin,
    'ssm-session-archive-size': String(size),
    'ssm-session-archive-root': root.toString('base64'),
  }
  await kms.send(new GenerateDataKeyWithoutPlaintextCommand({ KeyId, KeySpec: 'AES_256', EncryptionContext }))
}
