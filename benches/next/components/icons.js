// The storefront's line drawings.

const PATHS = {
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.3 15.3 20 20',
  delivery: 'M3 6.5h11v9.5H3zM14 10h3.6l3.4 3.2V16h-7M7 18.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6zM17 18.5a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z',
  invoice: 'M6 3.5h12v17l-2.4-1.6-1.8 1.6-1.8-1.6-1.8 1.6-1.8-1.6L6 20.5zM9 8.5h6M9 12h6M9 15.5h3.5',
  stall: 'M4 9.5 5.5 4h13L20 9.5M4 9.5a2.7 2.7 0 0 0 5.3 0 2.7 2.7 0 0 0 5.4 0 2.7 2.7 0 0 0 5.3 0M5.5 12v8h13v-8M9.5 20v-4.5h5V20',
  picture: 'M4 5.5h16v13H4zM4 15.5l4.5-4.5 3.5 3.5 3-3 5 5M15 9.3a.9.9 0 1 0 0-1.8.9.9 0 0 0 0 1.8z',
  cart: 'M5 8.5h14l-1 11.5H6zM8.8 8.5V7a3.2 3.2 0 0 1 6.4 0v1.5',
};

export function Icon({ name }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor"
      strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
