import { element } from './element.js'

/** What stands around a page: navigation bar, tab bar, and the title of the browser's tab. */
export class Frame {
  constructor({ app, pages }) {
    this.firstPage = pages[0]
    this.tabBar = app.tabBar || { list: [] }
    this.screen = document.getElementById('phone')
    this.stage = this.find('.mp-stage')
    this.nav = this.find('.mp-nav')
    this.tabs = this.find('.mp-tabbar')
    this.tabs.style.background = this.tabBar.backgroundColor || ''
    this.tabs.append(...this.tabBar.list.map((tab) => tabLink(tab)))
  }

  find(selector) {
    return this.screen.querySelector(selector)
  }

  connect(router) {
    this.find('.mp-back').addEventListener('click', () => router.navigateBack())
    this.find('.mp-home').addEventListener('click', () => router.goHome())
    this.tabs.addEventListener('click', (event) => {
      event.preventDefault()
      const link = event.target.closest('a')
      if (link && link.dataset.route !== router.current.route) router.switchTab(`/${link.dataset.route}`)
    })
  }

  dress(page, depth) {
    const isTab = this.tabBar.list.some((tab) => tab.pagePath === page.route)
    this.page = page
    this.nav.hidden = page.settings.navigationStyle === 'custom'
    this.find('.mp-back').hidden = depth < 2
    this.find('.mp-home').hidden = depth > 1 || isTab || page.route === this.firstPage
    this.find('.mp-refresh-button').hidden = !page.settings.enablePullDownRefresh
    this.tabs.hidden = !isTab || this.tabsHidden
    this.markTab(page.route)
    this.color(page)
    this.titled(page)
  }

  color({ settings, colors }) {
    this.nav.style.background = colors.backgroundColor || settings.navigationBarBackgroundColor || '#000'
    this.nav.style.color = colors.frontColor || (settings.navigationBarTextStyle === 'black' ? '#000' : '#fff')
  }

  titled({ title }) {
    this.find('.mp-title').textContent = title
    document.title = title || '小程序'
  }

  markTab(route) {
    for (const link of this.tabs.children) {
      const current = link.dataset.route === route
      link.style.color = (current ? this.tabBar.selectedColor : this.tabBar.color) || ''
      link.toggleAttribute('aria-current', current)
      link.classList.toggle('on', current)
    }
  }

  setTitle(title) {
    this.page.title = title
    this.titled(this.page)
  }

  setColors(colors) {
    this.page.colors = colors
    this.color(this.page)
  }

  setBadge(index, text) {
    this.tabs.children[index].querySelector('.mp-badge').textContent = text
  }

  hideTabs(hidden) {
    this.tabsHidden = hidden
    this.tabs.hidden = hidden || !this.tabBar.list.some((tab) => tab.pagePath === this.page.route)
  }
}

function tabLink({ pagePath, text, iconPath, selectedIconPath }) {
  const link = element('a', { href: `#/${pagePath}` })
  link.dataset.route = pagePath
  if (iconPath) link.append(icon(iconPath, 'off'), icon(selectedIconPath || iconPath, 'on'))
  link.append(element('span', { textContent: text }), element('span', { className: 'mp-badge' }))
  return link
}

function icon(path, state) {
  return element('img', { src: path.replace(/^\//, ''), alt: '', className: `mp-icon-${state}` })
}
