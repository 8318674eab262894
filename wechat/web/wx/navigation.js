import { refresh, stopRefreshing } from '../runtime/refresh.js'
import { call } from './call.js'

/** Going between pages, and what a page may change around itself. */
export function navigationCalls({ router, frame }) {
  return {
    navigateTo: call('navigateTo', ({ url }) => router.navigateTo(url)),
    redirectTo: call('redirectTo', ({ url }) => router.redirectTo(url)),
    switchTab: call('switchTab', ({ url }) => router.switchTab(url)),
    reLaunch: call('reLaunch', ({ url }) => router.reLaunch(url)),
    navigateBack: call('navigateBack', ({ delta }) => router.navigateBack(delta)),
    setNavigationBarTitle: call('setNavigationBarTitle', ({ title }) => frame.setTitle(title)),
    setNavigationBarColor: call('setNavigationBarColor', ({ frontColor, backgroundColor }) => frame.setColors({ frontColor, backgroundColor })),
    setTabBarBadge: call('setTabBarBadge', ({ index, text }) => frame.setBadge(index, text)),
    removeTabBarBadge: call('removeTabBarBadge', ({ index }) => frame.setBadge(index, '')),
    showTabBarRedDot: call('showTabBarRedDot', ({ index }) => frame.setBadge(index, '•')),
    hideTabBarRedDot: call('hideTabBarRedDot', ({ index }) => frame.setBadge(index, '')),
    hideTabBar: call('hideTabBar', () => frame.hideTabs(true)),
    showTabBar: call('showTabBar', () => frame.hideTabs(false)),
    startPullDownRefresh: call('startPullDownRefresh', () => refresh(router.current)),
    stopPullDownRefresh: call('stopPullDownRefresh', () => stopRefreshing(router.current)),
    pageScrollTo: call('pageScrollTo', (options) => scrollTo(router.current, options)),
    createSelectorQuery: () => router.current.instance.createSelectorQuery(),
  }
}

function scrollTo({ node }, { scrollTop, selector, duration = 300 }) {
  const target = selector && node.querySelector(selector)
  const top = target ? node.scrollTop + target.getBoundingClientRect().top - node.getBoundingClientRect().top : scrollTop
  node.scrollTo({ top, behavior: duration ? 'smooth' : 'instant' })
}
