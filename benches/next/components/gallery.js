'use client';
// The pictures of a product: a strip to swipe, and small ones that scroll it.
import { useState } from 'react';

export function Gallery({ title, shots }) {
  const [current, setCurrent] = useState(0);
  return (
    <div className="gallery">
      <ul className="gallery-strip" role="list" tabIndex={0} aria-label={`Pictures of ${title}`}>
        {shots.map((shot, index) => (
          <li key={shot.src} id={`picture-${index + 1}`}>
            <img src={shot.src} alt={shot.alt} width="1200" height="1200" loading={index ? 'lazy' : 'eager'}
              fetchPriority={index ? 'auto' : 'high'} />
          </li>
        ))}
      </ul>
      {shots.length > 1 && (
        <ul className="gallery-small" role="list">
          {shots.map((shot, index) => (
            <li key={shot.src}>
              <a href={`#picture-${index + 1}`} aria-label={`Picture ${index + 1}: ${shot.alt}`}
                aria-current={current === index ? 'true' : undefined} onClick={() => setCurrent(index)}>
                <img src={shot.src} alt="" width="96" height="96" loading="lazy" />
              </a>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
