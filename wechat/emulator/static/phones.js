// Keeps the phones current without losing the reader's place, and lets the buttons act.
const live = document.getElementById('live')
let shown = live.innerHTML

async function refresh() {
  if (document.hidden) return
  const answer = await fetch('/_emu/', { cache: 'no-store' }).catch(() => null)
  if (!answer || !answer.ok) return
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live').innerHTML
  if (fresh === shown) return
  const open = new Map([...live.querySelectorAll('details')].map((one) => [one.dataset.keep, one.open]))
  const places = [...live.querySelectorAll('.messages')].map((box) => box.scrollTop)
  const focused = live.contains(document.activeElement) && address(document.activeElement)
  live.innerHTML = shown = fresh
  live.querySelectorAll('details').forEach((one) => { one.open = open.get(one.dataset.keep) ?? one.open })
  live.querySelectorAll('.messages').forEach((box, i) => { box.scrollTop = places[i] || 0 })
  const again = focused && [...live.querySelectorAll('a, button')].find((one) => address(one) === focused)
  if (again) again.focus({ preventScroll: true })
}

function address(element) {
  return [element.dataset.post, element.dataset.delete, element.dataset.body, element.getAttribute('href')].join(' ')
}

live.addEventListener('click', async (event) => {
  const button = event.target.closest('button')
  if (!button || (button.dataset.sure && !window.confirm(button.dataset.sure))) return
  const remove = button.dataset.delete
  const answer = await fetch(remove || button.dataset.post, {
    method: remove ? 'DELETE' : 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: remove ? undefined : button.dataset.body,
  }).catch(() => null)
  await tell(answer, button.dataset.tell)
  refresh()
})

async function tell(answer, field) {
  if (!answer) return window.alert('模拟器没有答复，请确认它在运行。')
  if (answer.ok && !field) return
  const told = await answer.json().catch(() => ({}))
  window.alert(answer.ok ? told[field] : told.error || `没有成功（${answer.status}）`)
}

setInterval(refresh, 3000)
