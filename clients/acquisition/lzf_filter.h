#pragma once

namespace efferent {

/// Lets the HDF5 library unpack LZF (filter 32000, h5py's `compression="lzf"`). Debian's plugin for it
/// (hdf5-plugin-lzf 3.7) lacks the decompressor and cannot be loaded. It reads only. Does not matter
/// if called again.
void RegisterLzfFilter();

}  // namespace efferent
