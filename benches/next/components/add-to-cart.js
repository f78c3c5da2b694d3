'use client';
// Quantity and button. The peer has no cart: its form is rendered and hydrated, and leads nowhere.
import { useState } from 'react';

function Stepper({ value, max, onChange }) {
  const step = (by) => onChange(Math.min(Math.max(value + by, 1), Math.max(max, 1)));
  return (
    <div className="stepper" role="group" aria-label="Quantity">
      <button type="button" className="step" id="quantity-less" aria-label="One less" disabled={value <= 1}
        onClick={() => step(-1)}>−</button>
      <label className="vh" htmlFor="quantity">Quantity</label>
      <input id="quantity" name="quantity" type="number" inputMode="numeric" min="1" max={max} value={value}
        onChange={(event) => onChange(Number(event.target.value) || 1)} />
      <button type="button" className="step" id="quantity-more" aria-label="One more" disabled={value >= max}
        onClick={() => step(1)}>+</button>
    </div>
  );
}

export function AddToCart({ sku, buyable, max }) {
  const [quantity, setQuantity] = useState(1);
  const [sending, setSending] = useState(false);
  const text = !buyable ? 'Sold out here for now' : sending ? 'Adding…' : 'Add to cart';
  return (
    <form className="buy" action="/cart/lines" method="post" onSubmit={() => setSending(true)}>
      <input type="hidden" name="sku" value={sku} />
      <Stepper value={quantity} max={max} onChange={setQuantity} />
      <button className="button button-main" disabled={!buyable}>{text}</button>
      <p className="buy-message" role="status"><a href="/cart" className="is-hidden">View cart</a></p>
    </form>
  );
}
