/** Small drawings that the map needs as pictures, made here so that none has to be fetched. */
export interface Picture {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}

/** Device pixels per CSS pixel of the pictures. */
export const PIXEL_RATIO = 2;

function drawn(size: number, draw: (context: CanvasRenderingContext2D, side: number) => void): Picture {
  const side = size * PIXEL_RATIO;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = side;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) throw new Error('no 2D canvas');
  draw(context, side);
  const { width, height, data } = context.getImageData(0, 0, side, side);
  return { width, height, data };
}

/** The plate of a service: a square that carries its number. */
export function square(fill: string, border: string): Picture {
  return drawn(26, (context, side) => {
    context.fillStyle = fill;
    context.strokeStyle = border;
    context.lineWidth = 1.75 * PIXEL_RATIO;
    context.beginPath();
    context.roundRect(3, 3, side - 6, side - 6, 3 * PIXEL_RATIO);
    context.fill();
    context.stroke();
  });
}

/** Hatching for what has no value; it tiles without a seam. */
export function hatching(line: string): Picture {
  return drawn(8, (context, side) => {
    context.strokeStyle = line;
    context.lineWidth = 1.2 * PIXEL_RATIO;
    for (const shift of [-side, 0, side]) {
      context.beginPath();
      context.moveTo(shift, side);
      context.lineTo(shift + side, 0);
      context.stroke();
    }
  });
}
