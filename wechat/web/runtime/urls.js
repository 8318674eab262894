/** `/pages/a/a?x=1`, or one relative to the page now shown, as `{route, query}`. */
export function parseUrl(url, currentRoute = '') {
  const [path, query = ''] = url.split('?')
  const absolute = new URL(path, `file:///${currentRoute}`).pathname
  return { route: absolute.slice(1).replace(/\.html$/, ''), query: Object.fromEntries(new URLSearchParams(query)) }
}

export function formatUrl({ route, query }) {
  const text = new URLSearchParams(query).toString()
  return `/${route}${text ? `?${text}` : ''}`
}
