import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { type IPrincipal, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms'
import type { Construct } from 'constructs'
import { denyEveryone, exceptPrincipals } from '../iam'
import { denyGrants } from '../storage/key'

/** The key that signs the evidence log: Ed25519, and it never leaves KMS. */
export function signingKey(scope: Construct, removalPolicy: RemovalPolicy): Key {
  return new Key(scope, 'SigningKey', {
    description: 'Signs the evidence log of the archive of Session Manager sessions',
    keySpec: KeySpec.ECC_NIST_EDWARDS25519,
    keyUsage: KeyUsage.SIGN_VERIFY,
    removalPolicy:
      removalPolicy === RemovalPolicy.DESTROY ? removalPolicy : RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    pendingWindow: Duration.days(30),
  })
}

export interface Signing {
  readonly removalPolicy: RemovalPolicy
  readonly breakGlassPrincipals: readonly string[]
  /** The one role that signs. */
  readonly signer: IPrincipal
  readonly signerArn: string
}

/** Lets one role sign, in one way, and nobody else. */
export function allowSigning(key: Key, signing: Signing): void {
  const { removalPolicy, breakGlassPrincipals, signer, signerArn } = signing
  const resources = ['*']
  key.addToResourcePolicy(
    new PolicyStatement({ principals: [signer], actions: ['kms:GetPublicKey'], resources }),
  )
  key.addToResourcePolicy(
    new PolicyStatement({
      principals: [signer],
      actions: ['kms:Sign'],
      resources,
      conditions: {
        StringEquals: { 'kms:SigningAlgorithm': 'ED25519_SHA_512', 'kms:MessageType': 'RAW' },
      },
    }),
  )
  key.addToResourcePolicy(denyEveryone('OnlyTheLogSigns', ['kms:Sign'], exceptPrincipals([signerArn])))
  denyGrants(key)
  if (removalPolicy !== RemovalPolicy.DESTROY)
    key.addToResourcePolicy(
      denyEveryone(
        'NobodyEndsTheLog',
        ['kms:DisableKey', 'kms:ScheduleKeyDeletion'],
        exceptPrincipals(breakGlassPrincipals),
      ),
    )
}
