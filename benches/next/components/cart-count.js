'use client';
// The link to the cart, with the number of pieces in it.
import { useState } from 'react';
import { Icon } from './icons.js';

export function CartCount({ quantity: known }) {
  const [quantity] = useState(known);
  return (
    <a className="cart-link" href="/cart" aria-label={quantity === 1 ? 'Cart, 1 piece' : `Cart, ${quantity} pieces`}>
      <Icon name="cart" />
      <span className={quantity === 0 ? 'cart-count is-empty' : 'cart-count'}>{quantity}</span>
    </a>
  );
}
