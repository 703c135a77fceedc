"""Checkerboards: does a pattern repeat with the stride of a layer?

A transposed convolution whose kernel is no multiple of its stride gives neighbouring pixels unequal
sums: Odena et al. 2016, https://distill.pub/2016/deconv-checkerboard. What repeats every 2 or 4
pixels is a peak in the images' spectrum at 1/2 or 1/4.
"""

import numpy as np

STRIDES = (2, 4)


def stride_peak(images: np.ndarray) -> float:
    """Power at the strides' frequencies over that at their neighbours; the largest, 1 for none.

    Images (N, H, W, C) of any scale, at least 16 pixels wide and high. The logarithms of the
    images' powers are averaged, so that no single image decides.
    """
    images = np.asarray(images, np.float64).mean(axis=3)
    power = np.abs(np.fft.fft2(images - images.mean(axis=(1, 2), keepdims=True))) ** 2
    table = np.exp(np.log(power + 1e-6).mean(axis=0))
    peaks = []
    for rows in (table, table.T):
        side = len(rows)
        for stride in STRIDES:
            if side % stride == 0:
                place = side // stride
                # Low frequencies across: there images have their power, and noise has little.
                line = np.log(rows[:, : rows.shape[1] // 4]).mean(axis=1)
                around = (line[place - 1] + line[(place + 1) % side]) / 2
                peaks.append(np.exp(line[place] - around))
    return float(max(peaks, default=1.0))


def unevenness(images: np.ndarray, stride: int = 4) -> float:
    """Variance over the images at the best reached places of a stride, over that at the worst.

    1 for evenly; large where a kernel leaves gaps. Images (N, H, W, C) of any scale.
    """
    power = np.var(np.asarray(images, np.float64), axis=(0, 3))
    parts = [power[i::stride, j::stride].mean() for i in range(stride) for j in range(stride)]
    return float(max(parts) / max(min(parts), 1e-9))
