//! End-to-end tests of whole shops: `e2e/` over HTTP, `browser/` in Chromium.
