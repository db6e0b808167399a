/** No archiver: the list calls alone, one after the other, by the barest client. */
export async function handler(): Promise<void> {
  let token: string | undefined
  do token = await list(token)
  while (token !== undefined)
}

async function list(NextToken: string | undefined): Promise<string | undefined> {
  const now = new Date().toISOString().replace(/-|:|\.\d+/g, '')
  const answer = await fetch(String(process.env.AWS_ENDPOINT_URL_SSM), {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AmazonSSM.DescribeSessions',
      'x-amz-date': now,
      authorization: `AWS4-HMAC-SHA256 Credential=any/${now.slice(0, 8)}/us-east-1/ssm/aws4_request, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
    },
    body: JSON.stringify({ State: 'History', MaxResults: 200, NextToken }),
  })
  const page = (await answer.json()) as { readonly NextToken?: string }
  return page.NextToken
}
