/** The emulator behind this phone: it plays WeChat's servers. */
const ROOT = '/_emu/users'

export const emulator = {
  phones: () => ask(ROOT).then((answer) => answer.items),
  addPhone: () => ask(ROOT, {}),
  phone: () => ask(own('')),
  login: () => ask(own('/login'), {}),
  phoneCode: () => ask(own('/phone-code'), {}),
  answer: (templateId, answer) => ask(own('/consents'), { template_id: templateId, answer }),
}

function own(path) {
  return `${ROOT}/${encodeURIComponent(window.__host.openid)}${path}`
}

async function ask(path, body) {
  const options = body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(path, options)
  if (!answer.ok) throw new Error(`the emulator answered ${answer.status}`)
  return answer.json()
}
