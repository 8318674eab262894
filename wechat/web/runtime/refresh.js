const FAR_ENOUGH = 80

/** Pulling a page down at its top, or the button in the bar, asks the page to refresh itself. */
export function watchPull(stage, router) {
  let startY = null
  stage.addEventListener('touchstart', (event) => {
    startY = mayPull(router.current) ? event.touches[0].clientY : null
  }, { passive: true })
  stage.addEventListener('touchend', (event) => {
    const pulled = startY === null ? 0 : event.changedTouches[0].clientY - startY
    if (pulled > FAR_ENOUGH && router.current.node.scrollTop <= 0) refresh(router.current)
  })
  document.querySelector('.mp-refresh-button').addEventListener('click', () => refresh(router.current))
}

/** Show that the page refreshes until it calls wx.stopPullDownRefresh. */
export function refresh(page) {
  if (page.node.classList.contains('refreshing')) return
  page.node.classList.add('refreshing')
  page.call('onPullDownRefresh')
}

export function stopRefreshing(page) {
  page.node.classList.remove('refreshing')
}

function mayPull(page) {
  return page.settings.enablePullDownRefresh && page.node.scrollTop <= 0
}
