#include "tests/unit/recording/faulty_disk.h"

#include <cassert>
#include <cstring>

namespace efferent::test {
namespace {

FaultyDisk* g_disk = nullptr;
sqlite3_vfs* g_real = nullptr;
sqlite3_vfs g_vfs;

/// A file of SQLite's, followed in memory by the real one. Its methods are the real one's but for those
/// that can fail.
struct File {
  sqlite3_file base;
  sqlite3_io_methods methods;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

File* Of(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
sqlite3_file* Real(sqlite3_file* file) { return Of(file)->real(); }

int Write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int failure = g_disk->Next();
  return failure != SQLITE_OK ? failure
                              : Real(file)->pMethods->xWrite(Real(file), data, size, offset);
}
int Sync(sqlite3_file* file, int flags) {
  return g_disk->Next() != SQLITE_OK ? SQLITE_IOERR_FSYNC
                                     : Real(file)->pMethods->xSync(Real(file), flags);
}

#define EFFERENT_PASS_ON(name, parameters, arguments) \
  int name parameters { return Real(file)->pMethods->x##name arguments; }
EFFERENT_PASS_ON(Close, (sqlite3_file * file), (Real(file)))
EFFERENT_PASS_ON(Read, (sqlite3_file * file, void* data, int size, sqlite3_int64 offset),
                 (Real(file), data, size, offset))
EFFERENT_PASS_ON(Truncate, (sqlite3_file * file, sqlite3_int64 size), (Real(file), size))
EFFERENT_PASS_ON(FileSize, (sqlite3_file * file, sqlite3_int64* size), (Real(file), size))
EFFERENT_PASS_ON(Lock, (sqlite3_file * file, int kind), (Real(file), kind))
EFFERENT_PASS_ON(Unlock, (sqlite3_file * file, int kind), (Real(file), kind))
EFFERENT_PASS_ON(CheckReservedLock, (sqlite3_file * file, int* out), (Real(file), out))
EFFERENT_PASS_ON(FileControl, (sqlite3_file * file, int op, void* argument),
                 (Real(file), op, argument))
EFFERENT_PASS_ON(SectorSize, (sqlite3_file * file), (Real(file)))
EFFERENT_PASS_ON(DeviceCharacteristics, (sqlite3_file * file), (Real(file)))
EFFERENT_PASS_ON(ShmMap, (sqlite3_file * file, int page, int size, int extend, void volatile** out),
                 (Real(file), page, size, extend, out))
EFFERENT_PASS_ON(ShmLock, (sqlite3_file * file, int offset, int count, int flags),
                 (Real(file), offset, count, flags))
EFFERENT_PASS_ON(ShmUnmap, (sqlite3_file * file, int remove), (Real(file), remove))
#undef EFFERENT_PASS_ON
void ShmBarrier(sqlite3_file* file) { Real(file)->pMethods->xShmBarrier(Real(file)); }

int Open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  File* own = Of(file);
  std::memset(own, 0, sizeof(File));
  const int result = g_real->xOpen(g_real, name, own->real(), flags, flags_out);
  if (own->real()->pMethods == nullptr) return result;
  sqlite3_io_methods& m = own->methods;
  m.iVersion = 2;  // without memory mapping, which needs no write
  m.xClose = Close;
  m.xRead = Read;
  m.xWrite = Write;
  m.xTruncate = Truncate;
  m.xSync = Sync;
  m.xFileSize = FileSize;
  m.xLock = Lock;
  m.xUnlock = Unlock;
  m.xCheckReservedLock = CheckReservedLock;
  m.xFileControl = FileControl;
  m.xSectorSize = SectorSize;
  m.xDeviceCharacteristics = DeviceCharacteristics;
  m.xShmMap = ShmMap;
  m.xShmLock = ShmLock;
  m.xShmBarrier = ShmBarrier;
  m.xShmUnmap = ShmUnmap;
  own->base.pMethods = &own->methods;
  return result;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  assert(g_disk == nullptr);
  sqlite3_initialize();
  g_disk = this;
  g_real = sqlite3_vfs_find(nullptr);
  g_vfs = *g_real;
  g_vfs.zName = "faulty";
  g_vfs.pNext = nullptr;
  g_vfs.szOsFile = static_cast<int>(sizeof(File)) + g_real->szOsFile;
  g_vfs.xOpen = Open;
  sqlite3_vfs_register(&g_vfs, /*makeDflt=*/1);
}

FaultyDisk::~FaultyDisk() {
  sqlite3_vfs_unregister(&g_vfs);
  sqlite3_vfs_register(g_real, /*makeDflt=*/1);
  g_disk = nullptr;
}

int FaultyDisk::Next() {
  const int code = code_;
  if (code != SQLITE_OK) ++num_failures_;
  return code;
}

}  // namespace efferent::test
