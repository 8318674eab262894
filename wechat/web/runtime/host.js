/** Which phone this tab is, and what the emulator says about it. */
const KEY = 'phone'

/** The openid from `?as=`, else the one this tab had before; `?as=` alone forgets it. */
export function openidOfTab() {
  const asked = new URLSearchParams(location.search).get('as')
  if (asked === '') sessionStorage.removeItem(KEY)
  if (asked) sessionStorage.setItem(KEY, asked)
  const openid = asked === null ? sessionStorage.getItem(KEY) || '' : asked
  if (openid && !asked) writeIntoAddress(openid)
  return openid
}

/** The host settings of that phone; null where the emulator knows no such phone. */
export async function readSettings(openid) {
  const answer = await fetch(`host.json?as=${encodeURIComponent(openid)}`, { cache: 'no-store' })
  if (answer.status === 404) return null
  if (!answer.ok) throw new Error(`host.json ${answer.status}`)
  return { ...(await answer.json()), openid }
}

function writeIntoAddress(openid) {
  const query = new URLSearchParams(location.search)
  query.set('as', openid)
  history.replaceState(history.state, '', `?${query}${location.hash}`)
}
