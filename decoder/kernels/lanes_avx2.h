#pragma once

#include <immintrin.h>

namespace efferent::kernels {

/// Eight floats in one register; for files compiled with -mavx2. What lanes_sse2.h does, to the
/// bit.
struct Avx2Floats {
  __m256 value;

  static Avx2Floats Load(const float* p) { return {_mm256_load_ps(p)}; }
  static Avx2Floats Broadcast(float x) { return {_mm256_set1_ps(x)}; }
  void Store(float* p) const { _mm256_store_ps(p, value); }
};

inline Avx2Floats operator+(Avx2Floats a, Avx2Floats b) {
  return {_mm256_add_ps(a.value, b.value)};
}
inline Avx2Floats operator-(Avx2Floats a, Avx2Floats b) {
  return {_mm256_sub_ps(a.value, b.value)};
}
inline Avx2Floats operator*(Avx2Floats a, Avx2Floats b) {
  return {_mm256_mul_ps(a.value, b.value)};
}
inline Avx2Floats operator/(Avx2Floats a, Avx2Floats b) {
  return {_mm256_div_ps(a.value, b.value)};
}
inline Avx2Floats Sqrt(Avx2Floats a) { return {_mm256_sqrt_ps(a.value)}; }
inline Avx2Floats Max(Avx2Floats a, Avx2Floats b) { return {_mm256_max_ps(a.value, b.value)}; }
inline Avx2Floats Abs(Avx2Floats a) { return {_mm256_andnot_ps(_mm256_set1_ps(-0.0f), a.value)}; }
inline Avx2Floats OneWherePositive(Avx2Floats a, int* mask) {
  const __m256 positive = _mm256_cmp_ps(a.value, _mm256_setzero_ps(), _CMP_GT_OS);
  *mask = _mm256_movemask_ps(positive);
  return {_mm256_and_ps(positive, _mm256_set1_ps(1.0f))};
}

/// Four doubles in one register.
struct Avx2Doubles {
  __m256d value;

  static Avx2Doubles Load(const double* p) { return {_mm256_load_pd(p)}; }
  static Avx2Doubles LoadUnaligned(const double* p) { return {_mm256_loadu_pd(p)}; }
  static Avx2Doubles Broadcast(double x) { return {_mm256_set1_pd(x)}; }
  void Store(double* p) const { _mm256_store_pd(p, value); }
  double Sum() const {
    const __m128d pair = _mm_add_pd(_mm256_castpd256_pd128(value), _mm256_extractf128_pd(value, 1));
    return _mm_cvtsd_f64(_mm_add_sd(pair, _mm_unpackhi_pd(pair, pair)));
  }
};

inline Avx2Doubles operator+(Avx2Doubles a, Avx2Doubles b) {
  return {_mm256_add_pd(a.value, b.value)};
}
inline Avx2Doubles operator-(Avx2Doubles a, Avx2Doubles b) {
  return {_mm256_sub_pd(a.value, b.value)};
}
inline Avx2Doubles operator*(Avx2Doubles a, Avx2Doubles b) {
  return {_mm256_mul_pd(a.value, b.value)};
}

}  // namespace efferent::kernels
