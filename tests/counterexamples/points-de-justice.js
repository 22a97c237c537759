var point_justice = {
 "type": "FeatureCollection",
 "features": [
  {
   "type": "Feature",
   "properties": {
    "NUM": 1,
    "NOM": "Point-justice Alpha"
   },
   "geometry": {
    "type": "Point",
    "coordinates": [
     4.441093,
     46.752086
    ]
   }
  },
  {
   "type": "Feature",
   "properties": {
    "NUM": 2,
    "NOM": "Tribunal de Bêta"
   },
   "geometry": {
    "type": "Point",
    "coordinates": [
     4.480386,
     46.751586
    ]
   }
  }
 ]
};
