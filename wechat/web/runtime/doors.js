import { emulator } from './emulator.js'
import { element } from './element.js'

/** Instead of the mini-program: the phones to choose from, under a sentence. */
export async function showPhones(sentence) {
  const list = element('ul', { className: 'mp-phones' })
  const add = element('button', { type: 'button', textContent: '添加一部新手机' })
  add.addEventListener('click', async () => enter((await emulator.addPhone()).openid))
  show(element('h1', { textContent: '选择一部手机' }), element('p', { textContent: sentence }), list, add)
  list.append(...(await emulator.phones()).map(entry))
}

/** Instead of the mini-program: one sentence that says what is wrong and what to do. */
export function showSentence(sentence) {
  show(element('h1', { textContent: '暂时打不开' }), element('p', { textContent: sentence }))
}

function show(...children) {
  const door = element('div', { className: 'mp-door' })
  door.append(...children)
  document.querySelector('.mp-stage').replaceChildren(door)
}

function entry({ openid, nickname, phone }) {
  const link = element('a', { href: address(openid) })
  link.append(element('b', { textContent: nickname || openid }), element('span', { textContent: masked(phone) }))
  const item = element('li')
  item.append(link)
  return item
}

function address(openid) {
  return `?as=${encodeURIComponent(openid)}${location.hash}`
}

function enter(openid) {
  location.href = address(openid)
}

/** A phone number as every screen shows it. */
function masked(phone) {
  return phone ? `${phone.slice(0, 3)}****${phone.slice(-4)}` : '没有绑定手机号'
}
