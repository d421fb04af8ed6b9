#pragma once

#include <immintrin.h>

namespace efferent::kernels {

/// Eight floats in two registers, which every x86-64 processor has.
struct Sse2Floats {
  __m128 low, high;

  static Sse2Floats Load(const float* p) { return {_mm_load_ps(p), _mm_load_ps(p + 4)}; }
  static Sse2Floats Broadcast(float x) { return {_mm_set1_ps(x), _mm_set1_ps(x)}; }
  void Store(float* p) const {
    _mm_store_ps(p, low);
    _mm_store_ps(p + 4, high);
  }
};

inline Sse2Floats operator+(Sse2Floats a, Sse2Floats b) {
  return {_mm_add_ps(a.low, b.low), _mm_add_ps(a.high, b.high)};
}
inline Sse2Floats operator-(Sse2Floats a, Sse2Floats b) {
  return {_mm_sub_ps(a.low, b.low), _mm_sub_ps(a.high, b.high)};
}
inline Sse2Floats operator*(Sse2Floats a, Sse2Floats b) {
  return {_mm_mul_ps(a.low, b.low), _mm_mul_ps(a.high, b.high)};
}
inline Sse2Floats operator/(Sse2Floats a, Sse2Floats b) {
  return {_mm_div_ps(a.low, b.low), _mm_div_ps(a.high, b.high)};
}
inline Sse2Floats Sqrt(Sse2Floats a) { return {_mm_sqrt_ps(a.low), _mm_sqrt_ps(a.high)}; }
/// The larger one; b where a is not a number.
inline Sse2Floats Max(Sse2Floats a, Sse2Floats b) {
  return {_mm_max_ps(a.low, b.low), _mm_max_ps(a.high, b.high)};
}
inline Sse2Floats Abs(Sse2Floats a) {
  const __m128 sign = _mm_set1_ps(-0.0f);
  return {_mm_andnot_ps(sign, a.low), _mm_andnot_ps(sign, a.high)};
}
/// 1 where a > 0, else 0; bit i of `mask` says the same of lane i.
inline Sse2Floats OneWherePositive(Sse2Floats a, int* mask) {
  const __m128 zero = _mm_setzero_ps(), one = _mm_set1_ps(1.0f);
  const __m128 low = _mm_cmpgt_ps(a.low, zero), high = _mm_cmpgt_ps(a.high, zero);
  *mask = _mm_movemask_ps(low) | (_mm_movemask_ps(high) << 4);
  return {_mm_and_ps(low, one), _mm_and_ps(high, one)};
}

/// Four doubles in two registers.
struct Sse2Doubles {
  __m128d low, high;

  static Sse2Doubles Load(const double* p) { return {_mm_load_pd(p), _mm_load_pd(p + 2)}; }
  static Sse2Doubles LoadUnaligned(const double* p) {
    return {_mm_loadu_pd(p), _mm_loadu_pd(p + 2)};
  }
  static Sse2Doubles Broadcast(double x) { return {_mm_set1_pd(x), _mm_set1_pd(x)}; }
  void Store(double* p) const {
    _mm_store_pd(p, low);
    _mm_store_pd(p + 2, high);
  }
  /// (x0 + x2) + (x1 + x3)
  double Sum() const {
    const __m128d pair = _mm_add_pd(low, high);
    return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
  }
};

inline Sse2Doubles operator+(Sse2Doubles a, Sse2Doubles b) {
  return {_mm_add_pd(a.low, b.low), _mm_add_pd(a.high, b.high)};
}
inline Sse2Doubles operator-(Sse2Doubles a, Sse2Doubles b) {
  return {_mm_sub_pd(a.low, b.low), _mm_sub_pd(a.high, b.high)};
}
inline Sse2Doubles operator*(Sse2Doubles a, Sse2Doubles b) {
  return {_mm_mul_pd(a.low, b.low), _mm_mul_pd(a.high, b.high)};
}

}  // namespace efferent::kernels
