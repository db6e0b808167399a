/** An error of the service, which the client receives. */
export class ServiceError extends Error {
  /**
   * @param code the error's name on the wire
   * @param status of the HTTP response
   */
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message)
    this.name = 'ServiceError'
  }
}

/** @param violations each in AWS's words: `Value '0' at 'maxResults' failed to satisfy constraint: …` */
export function validationError(violations: readonly string[]): ServiceError {
  const count = `${violations.length} validation error${violations.length === 1 ? '' : 's'} detected`
  return new ServiceError('ValidationException', `${count}: ${violations.join('; ')}`)
}

export function violation(value: string, path: string, constraint: string): string {
  return `Value ${value} at '${path}' failed to satisfy constraint: Member must ${constraint}`
}

/** The body is not what the operation's model says; the wording is that of other AWS services. */
export function serializationError(message: string): ServiceError {
  return new ServiceError('SerializationException', message)
}

/**
 * The documented error of an unknown key. Whether the live service answers ValidationException instead, as the key
 * is an enumeration in its model, is undocumented.
 */
export function invalidFilterKey(): ServiceError {
  return new ServiceError('InvalidFilterKey', "The specified key isn't valid.")
}

export function invalidNextToken(): ServiceError {
  return new ServiceError('InvalidNextToken', "The specified token isn't valid.")
}

export function accessDenied(): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    'User is not authorized to perform: ssm:DescribeSessions because no identity-based policy allows it',
  )
}

export function throttled(): ServiceError {
  return new ServiceError('ThrottlingException', 'Rate exceeded')
}

export function internalServerError(): ServiceError {
  return new ServiceError('InternalServerError', 'An error occurred on the server side.', 500)
}

export function unknownOperation(): ServiceError {
  return new ServiceError('UnknownOperationException', 'The requested operation is not known.')
}
