/**
 * One asynchronous call of `wx`: `success`, `fail` and `complete` are told; without any of them a promise is returned.
 *
 * WeChat returns nothing when a callback is given, so neither do we: code that works here must work there. The work
 * itself starts at once, because some of it must happen inside a tap.
 */
export function call(name, work) {
  return (options = {}) => {
    const { success, fail, complete } = options
    const tell = (answer, callback) => {
      if (callback) callback(answer)
      if (complete) complete(answer)
      return answer
    }
    const answer = start(work, options).then(
      (result) => tell({ errMsg: `${name}:ok`, ...result }, success),
      (error) => {
        const failure = tell(failureOf(name, error), fail)
        if (!success && !fail && !complete) throw failure
      },
    )
    return success || fail || complete ? undefined : answer
  }
}

/** What a failed call answers: `{errMsg, errCode?, errno?}`. */
export function failureOf(name, error) {
  const { message = String(error), errCode, errno } = error || {}
  return { errMsg: `${name}:fail ${message}`, ...(errCode && { errCode }), ...(errno && { errno }) }
}

/** A failure that carries one of WeChat's numbers. */
export function failure(message, numbers = {}) {
  return Object.assign(new Error(message), numbers)
}

export function cancelled() {
  return failure('cancel')
}

async function start(work, options) {
  return work(options)
}
