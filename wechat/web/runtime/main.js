import { watchErrors } from './errors.js'
import { openidOfTab, readSettings } from './host.js'
import { showPhones, showSentence } from './doors.js'
import { startApp } from './app.js'

watchErrors()
main().catch((error) => {
  console.error(error)
  showSentence('连不上手机模拟器。请先启动整套系统（make run），再刷新本页。')
})

async function main() {
  const openid = openidOfTab()
  if (!openid) return showPhones('每部手机对应一位微信用户，请选择一位进入小程序。')
  const settings = await readSettings(openid)
  if (!settings) return showPhones(`没有编号为“${openid}”的手机，请从下面选择一部。`)
  // Before anything of the mini-program runs: its config.js reads the address of the service from here.
  window.__host = settings
  startApp(window.__miniprogram)
  window.__ready = true
}
