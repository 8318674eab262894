// Days as the service writes them, YYYY-MM-DD in Xining's own time, wherever the phone is.
const XINING_MS = 8 * 3600 * 1000
const DAY_MS = 24 * 3600 * 1000

const after = (days) => new Date(Date.now() + XINING_MS + days * DAY_MS).toISOString().slice(0, 10)
const isWithin = (day, days) => /^\d{4}-\d{2}-\d{2}$/.test(day) && day >= after(1) && day <= after(days)

module.exports = { after, isWithin }
